"""Coverage-guided fuzzing of what blackcamo reads from others."""
