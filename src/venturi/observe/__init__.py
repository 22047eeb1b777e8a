"""What Venturi says about itself.

lines       the lines of a long-running process, for whoever watches it
"""
