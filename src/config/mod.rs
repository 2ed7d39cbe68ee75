//! The configuration file and the environment, read into one checked value.
