/** How the controller keeps up. */
package io.predicomp.bench.controller;
