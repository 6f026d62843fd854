"""Tables as text: what a number looks like, Markdown, LaTeX and CSV."""
