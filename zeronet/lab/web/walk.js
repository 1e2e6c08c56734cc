// An optimizer descends a landscape, as zeronet.landscapes.walk does.
function* walk(landscape, optimizer, settings, start, steps) {
  const s = { ...settings, t: 0, ...Object.fromEntries(optimizer.scalars.map((name) => [name, 0])) };
  const evaluated = optimizer.states.indexOf(optimizer.evaluated);
  let w = [...start];
  let states = w.map((value) => optimizer.init(s, value));
  let place = w, f = landscape.f(...place);
  yield { step: 0, place, f, w, states };
  for (let step = 1; step <= steps; step++) {
    const gradient = landscape.gradient(...w);
    s.t = step;
    optimizer.before(s).forEach((value, i) => { s[optimizer.scalars[i]] = value; });
    const after = w.map((value, axis) => optimizer.rule(s, value, gradient[axis], ...states[axis]));
    w = after.map(([value]) => value);
    states = after.map(([, ...values]) => values);
    place = evaluated < 0 ? w : states.map((values) => values[evaluated]);
    f = landscape.f(...place);
    if (![...w, ...place, f].every(Number.isFinite)) return;
    const effective = optimizer.effective ? states.map((values) => optimizer.effective(s, ...values)) : null;
    yield { step, place, f, w, gradient, states, effective };
  }
}
