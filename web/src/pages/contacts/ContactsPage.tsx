export default function P() { return <h1>C</h1>; }
