"""One soft label an utterance."""
