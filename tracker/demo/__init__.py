"""The demo: one course, one offering with its whole history, one that runs now.

Every name in it is synthetic and looks it. What it holds is made by the same
services as everything else, with the times at which it would have happened.
"""
