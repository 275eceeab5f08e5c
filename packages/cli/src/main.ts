console.log("netproof");
