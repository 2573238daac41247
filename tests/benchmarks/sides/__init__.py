"""What runs in processes of its own and is told what to do line by line: our side, the rivals, the sink."""
