/**
 * How much more a share of events varies than that of independent requests, where users are what is drawn: the variance
 * of the ratio of two means by the delta method, over the binomial one. Events Y and requests N of each user, R = ΣY / ΣN:
 * φ = Σ (Y − R N)² / (ΣN R (1 − R)), times u / (u − 1) for u users (Deng, Knoblich and Lu, "Applying the delta method in
 * metric analytics", KDD 2018). At least 1; 1 where there are no events, or one user.
 *
 * It is of the stretch of time that was counted: users that come again make it larger the longer that is.
 */
export function userDispersion(users: Iterable<{ events: number; requests: number }>): number {
  const all = [...users];
  const events = all.reduce((sum, user) => sum + user.events, 0);
  const requests = all.reduce((sum, user) => sum + user.requests, 0);
  const share = events / requests;
  if (!(share > 0 && share < 1) || all.length < 2) return 1;
  const squares = all.reduce((sum, user) => sum + (user.events - share * user.requests) ** 2, 0);
  const dispersion = (squares / (requests * share * (1 - share))) * (all.length / (all.length - 1));
  return Math.max(1, dispersion);
}
