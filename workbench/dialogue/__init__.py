"""Two voices: how agent and customer answer each other."""
