// What is copied per invocation: one element, whatever its type.
alias Words = u32;
