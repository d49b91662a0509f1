"""The screens, a module each: `ROUTES` lists its addresses with what answers them."""
