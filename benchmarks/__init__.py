"""What the SDK and the gateway cost, beside what a user would pick instead, in one run: ratios."""
