"""How what people do reaches the app: over Socket Mode, or as signed HTTP requests; and how the app's answers come back."""
