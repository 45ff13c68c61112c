/** The form of a Region's code; whether it exists only AWS knows, and new ones come. */
export const REGION = /^[a-z]{2,5}(-[a-z]+){1,3}-\d{1,2}$/;

export const isRegion = (text: string): boolean => REGION.test(text);

export const REGION_FIX = "Write a Region's code, such as us-east-1.";
