// What is copied per invocation: four neighbouring elements.
alias Words = vec4u;
