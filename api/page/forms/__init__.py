"""Forms of the page: what a person who is signed in may change, a module a subject."""
