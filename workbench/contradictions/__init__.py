"""Words against voice: where what was said and how it sounded part ways."""
