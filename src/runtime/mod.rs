//! The impure rim: the loop, effects turned into work, the terminal entered and left.
