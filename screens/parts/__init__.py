"""What two or more sections share: lists, a client's wallet, counts, papers, filters."""
