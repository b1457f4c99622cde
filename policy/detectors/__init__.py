"""What finds a threat in one text: a package per threat, each pure, each knowing nothing of exchanges and policies."""
