"""Tables that bring their contract (自带契约的数据表): proposed once, then held against every file."""
