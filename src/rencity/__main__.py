"""`python -m rencity`."""

from rencity.cli import main

if __name__ == "__main__":
    main()
