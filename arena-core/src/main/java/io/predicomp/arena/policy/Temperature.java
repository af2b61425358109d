package io.predicomp.arena.policy;

/** How recently a page was used, by its age in scan epochs. */
public enum Temperature {
  /** Touched in the last epoch. */
  HOT,
  /** Not touched lately, but not for long enough to be demoted. */
  WARM,
  /** At or above the cold threshold. */
  COLD;

  /** The temperature of a page of this age. */
  public static Temperature of(int age, int coldAge) {
    if (age >= coldAge) {
      return COLD;
    }
    return age == 0 ? HOT : WARM;
  }
}
