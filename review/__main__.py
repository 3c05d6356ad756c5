"""`python -m review ...`: what the person who looks after the machine does by hand."""

from review.cli import main

if __name__ == "__main__":
    main()
