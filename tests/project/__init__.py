"""What is about the project itself: workflows, hooks, forms, commands, form of its files."""
