"""What the commands do: a refresh in this process, and what a person reads afterwards."""
