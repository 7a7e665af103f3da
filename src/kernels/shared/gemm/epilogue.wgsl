// What happens to a sum before it is stored: y = residual + scale * activation(sum + bias), bias and scale per channel.
override hasBias: bool = false;
override hasScale: bool = false;
override hasResidual: bool = false;
override activation: u32 = 0;
