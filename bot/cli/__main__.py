"""`python -m bot.cli` is `compass`."""

from bot.cli import main

if __name__ == "__main__":
    main(prog_name="compass")
