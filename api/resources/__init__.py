"""The routes: one resource a module, by the name of its route."""
