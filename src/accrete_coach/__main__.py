"""`python -m accrete_coach`: the same as the command."""

from accrete_coach.start import main

if __name__ == "__main__":
    main()
