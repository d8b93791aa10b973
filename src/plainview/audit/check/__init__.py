"""What an outsider checks of a whole service: its log, its catalogue, and receipts against both."""
