// Rows of a fragment where matrix instructions compute 8 x 16 sums.
const FRAGMENT_ROWS = 8u;
