"""What people see, in a real Chromium: Debian's, driven by Playwright, checked with axe-core."""
