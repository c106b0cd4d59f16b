"""What is shipped beside code: themes, fonts, thing models, catalogues. Data only; read through importlib.resources."""
