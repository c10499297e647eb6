"""What dev/test does: builds, runs every kind of test, and adds up what they say."""
