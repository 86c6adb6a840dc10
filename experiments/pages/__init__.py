"""What pages are made of: styles and scripts, kept as files, and the policy by which a browser runs nothing else."""
