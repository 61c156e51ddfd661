"""How fast s2sad is: ratios, each measured in one run, beside the targets and the peers."""
