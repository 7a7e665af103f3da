// What a kernel moves or mixes per invocation: four neighboring channels. Loads of single numbers are slow on software
// adapters, so this form is taken wherever the channels come in fours.
alias Value = vec4f;
