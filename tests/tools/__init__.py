"""What developers run by hand: README.md beside this says what each is for."""
