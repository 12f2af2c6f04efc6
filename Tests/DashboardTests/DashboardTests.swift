struct Placeholder2 {}
