// Kernels that move rows take one word per step: for whole numbers.
alias Columns = u32;
