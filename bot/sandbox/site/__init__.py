"""The page's side of the server: its files, the live feed of the workspace, and what people do in it."""
