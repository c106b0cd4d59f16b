"""Gas quality (A-02): composition, heat and smell of the gas at every source point, of every medium."""
