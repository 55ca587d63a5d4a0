"""Use cases: one public function each, plain arguments, never a commit."""
