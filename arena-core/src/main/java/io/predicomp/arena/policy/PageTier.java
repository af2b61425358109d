package io.predicomp.arena.policy;

/** How densely a compressed page is stored, and so what its restore costs. */
public enum PageTier {
  /** The arena's codec, by which every page is compressed first. */
  BASE,
  /** For pages that stay cold: more compression for about the same cost of a restore. */
  DENSE,
  /** For the pages longest cold: the most compression, a restore may cost several times as much. */
  COLDEST
}
