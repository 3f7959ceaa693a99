/** The words that Kayenta's judge knows; it takes any other for the last one of its list. */
export const words = {
  direction: ['increase', 'decrease', 'either'],
  nanStrategy: ['replace', 'remove'],
  measure: ['cles', 'meanRatio'],
  outliers: ['remove', 'keep'],
} as const;
