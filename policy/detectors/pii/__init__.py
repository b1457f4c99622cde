"""Personal data with a form: finding it, naming its type, and replacing it by placeholders."""
