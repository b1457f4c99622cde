"""Where the master key of a vault comes from: one file per source, all with the same three verbs (`source`)."""
