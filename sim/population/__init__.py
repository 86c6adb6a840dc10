"""People, their accounts, the graphs on which they follow each other, and the calendar."""
