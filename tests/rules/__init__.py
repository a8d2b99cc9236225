"""Alert rules, recording rules and Alertmanager's example, tried by the programs that read them."""
