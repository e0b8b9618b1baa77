"""Resource policies and who may come in (LAM750-799)."""
