//! A server that speaks the three supported APIs, and the world it tells about.
